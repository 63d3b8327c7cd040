package doorward

import (
	"net/http"
	"net/netip"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// lay lays a request out for the library as net/http serves it.
func (g *Gate) lay(call *abi.Call, r *http.Request) {
	target := r.RequestURI
	if target == "" && r.URL != nil {
		// A request that no server has read.
		target = r.URL.RequestURI()
	}
	scheme := g.options.scheme
	if r.TLS != nil {
		scheme = abi.HTTPS
	}
	call.Begin(r.Method, target, scheme, peer(r.RemoteAddr), g.now())
	hosts := r.Header["Host"]
	if r.Host != "" && !says(hosts, r.Host) {
		call.Line("Host", r.Host)
	}
	for name, values := range r.Header {
		for _, value := range values {
			call.Line(name, value)
		}
	}
}

// says tells whether a Host header says the same as the request's Host. net/http takes the header away from an
// HTTP/1.1 request and leaves it in an HTTP/2 one, beside :authority. Where they differ both are given: which of
// them the handler would believe is not known, so the core refuses the two.
func says(hosts []string, host string) bool {
	for _, value := range hosts {
		if equalFold(value, host) {
			return true
		}
	}
	return false
}

// equalFold compares without the case of ASCII letters; strings.EqualFold knows more letters than a host has.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}

// peer is the address in RemoteAddr; the zero Addr for a Unix socket and the like.
func peer(remote string) netip.Addr {
	if at, ok := usualPeer(remote); ok {
		return at
	}
	if at, err := netip.ParseAddrPort(remote); err == nil {
		return at.Addr()
	}
	// Proxy-protocol middleware often leaves the address alone.
	at, err := netip.ParseAddr(remote)
	if err != nil {
		return netip.Addr{}
	}
	return at
}

// usualPeer reads an IPv4 address and a port, which net/http writes for most connections, at a third of what netip takes;
// ok is false for whatever else it may be.
func usualPeer(remote string) (peer netip.Addr, ok bool) {
	var octets [4]byte
	at := 0
	for i := range octets {
		octet, end := number(remote, at, 3)
		leads := end-at > 1 && remote[at] == '0'
		if end == at || leads || octet > 255 || end == len(remote) || remote[end] != "...:"[i] {
			return netip.Addr{}, false
		}
		octets[i], at = byte(octet), end+1
	}
	port, end := number(remote, at, 5)
	if end == at || end != len(remote) || port > 65535 {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(octets), true
}

// number reads at most so many digits.
func number(text string, at, most int) (value, end int) {
	for end = at; end < len(text) && end-at < most && text[end]-'0' <= 9; end++ {
		value = value*10 + int(text[end]-'0')
	}
	return value, end
}

func (g *Gate) layRequest(call *abi.Call, request *Request) {
	scheme := abi.HTTP
	if request.TLS {
		scheme = abi.HTTPS
	}
	now := g.now()
	if request.Time != nil {
		now = seconds(*request.Time)
	}
	call.Begin(request.Method, request.Target, scheme, request.Peer, now)
	for _, line := range request.Header {
		call.Line(line.Name, line.Value)
	}
}
