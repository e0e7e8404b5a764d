package localtelegram

import "net/http"

// SetWebhookTransport lets a test deliver webhooks without a network.
func (s *Server) SetWebhookTransport(rt http.RoundTripper) { s.hook.client.Transport = rt }

// ParseHTML and RenderHTML are the two halves of the markup, for the fuzz target and its tables.
var (
	ParseHTML  = parseHTML
	RenderHTML = renderHTML
	UTF16Len   = utf16Len
	CleanName  = cleanName
)

// Entity is the wire form of a message entity.
type Entity = entity
