// Package revproxy is the gateway as a reverse proxy: what a client sends is judged,
// and goes on to one application, the upstream, or is answered.
//
// The upstream gets the request line that was judged, byte by byte, the Host that the
// client named, and its header but for what is not for the client to say:
//
//   - the identity fields, in any spelling
//   - what a request asks for beside what it is: Forwarded, X-Forwarded-Host, -Uri, -Path
//     and -Method, X-Original-* and X-Rewrite-*
//   - where it came from, unless the client is a trusted proxy: X-Real-Ip and all other
//     X-Forwarded-*
//
// X-Forwarded-For, X-Forwarded-Host and X-Forwarded-Proto are always there. No trailers
// of requests go on: they come when all has been decided. Of upgrades, only WebSocket's
// does.
//
// The answer is the upstream's, but for what concerns a single connection. Nothing is
// buffered, decompressed, followed or stored.
package revproxy
