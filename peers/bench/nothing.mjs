// The limit of every cold start of Node.js.
