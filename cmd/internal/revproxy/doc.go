// Package revproxy is the gateway as a reverse proxy: what a client sends is judged,
// and goes on to one application, the upstream, or is answered.
//
// The upstream gets the request line that was judged, byte by byte, the Host that the
// client named, and its header but for what only the gateway says: the identity fields
// in any spelling, and, unless the client is a trusted proxy, where the request came
// from (Forwarded, X-Forwarded-*, X-Real-Ip). Headers that name another path than the
// request line (X-Original-*, X-Rewrite-*) never go on, and no trailers of requests do:
// they come when all has been decided. Of upgrades, only WebSocket's goes on.
//
// The answer is the upstream's, but for what concerns a single connection. Nothing is
// buffered, decompressed, followed or stored.
package revproxy
