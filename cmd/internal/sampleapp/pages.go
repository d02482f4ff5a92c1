package sampleapp

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/gognito/gognito"
)

//go:embed pages
var files embed.FS

// templates are the pages by name, each with the layout around it.
var templates = func() map[string]*template.Template {
	layout := template.Must(template.ParseFS(files, "pages/layout.html"))
	pages := make(map[string]*template.Template)
	for _, name := range []string{"home", "me", "admin", "sign-in", "error"} {
		pages[name] = template.Must(template.Must(layout.Clone()).ParseFS(files, "pages/"+name+".html"))
	}
	return pages
}()

// view is what every page's template gets.
type view struct {
	Title string
	Path  string
	User  *gognito.User // nil: nobody is signed in
	Page  any           // the page's own
}

// render writes a page. The user is the one whom httpauth put in the context.
func (a *app) render(w http.ResponseWriter, r *http.Request, status int, name, title string, page any) {
	user, _ := gognito.FromContext(r.Context())
	var body bytes.Buffer
	if err := templates[name].Execute(&body, view{title, r.URL.Path, user, page}); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = body.WriteTo(w)
}

func (a *app) home(w http.ResponseWriter, r *http.Request) {
	a.render(w, r, http.StatusOK, "home", "Home", a.Config)
}

func (a *app) me(w http.ResponseWriter, r *http.Request, u *gognito.User) {
	at, _ := desk.Of(u)
	a.render(w, r, http.StatusOK, "me", "Your page", at)
}

func (a *app) admin(w http.ResponseWriter, r *http.Request) {
	a.render(w, r, http.StatusOK, "admin", "Admin", a.Demo)
}

// apiMe is the page /me for programs.
func (a *app) apiMe(w http.ResponseWriter, _ *http.Request, u *gognito.User) {
	at, _ := desk.Of(u)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(struct {
		Username    string   `json:"username"`
		Groups      []string `json:"groups"`
		Permissions []string `json:"permissions"`
		Desk        string   `json:"desk"`
	}{u.Username, listed(u.Groups), listed(u.Permissions()), at.Name})
}

// listed makes JSON's [] of no elements, rather than its null.
func listed(list []string) []string { return append([]string{}, list...) }

// secured sets the headers that every answer has. The pages need no script, so
// none may run, whatever gets into them.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cache-Control", "no-store") // pages are somebody's own
		next.ServeHTTP(w, r)
	})
}

// serveFile returns a handler for one of the files, which are nobody's own.
func serveFile(name, mediaType string) http.HandlerFunc {
	body, err := files.ReadFile(name)
	if err != nil {
		panic("sampleapp: " + err.Error()) // it was not embedded
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(body)
	}
}
