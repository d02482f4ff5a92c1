package extauthz

// What no gateway of today makes, or nobody but the application sees.
var (
	Denied  = denied
	Allowed = allowed
	Tell    = tell
)
