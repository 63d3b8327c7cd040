package doorward

import (
	"net/http"
	"net/netip"

	"github.com/doorward/doorward/bindings/go/internal/abi"
)

// reads are what a gate's rules read of a request.
type reads struct {
	headers headerSet
	places  []string // what Handler takes credentials out of
}

// learn asks what the rules read. A decision that began before is not believed after it: see Decide. Until the rules have
// changed and this is done, everything is read.
func (g *Gate) learn() error {
	names, code, open := g.abi.Headers()
	if err := answered(code, open); err != nil {
		return err
	}
	places, code, open := g.abi.Places()
	if err := answered(code, open); err != nil {
		return err
	}
	g.reads.Store(&reads{setOf(names), places})
	return nil
}

// headerSet holds headers by the length of their names, and by the first letter whatever its case. It may hold more than
// was put in: what is in it is laid out for the library, which compares the names.
type headerSet [64]uint32

func setOf(names []string) (set headerSet) {
	for _, name := range names {
		if name != "" {
			set[min(len(name), len(set)-1)] |= 1 << (name[0] % 32)
		}
	}
	return set
}

// everything is the set of all names but the empty one, which is no header's.
var everything = func() (set headerSet) {
	for i := range set {
		set[i] = ^uint32(0)
	}
	return set
}()

func (s *headerSet) has(name string) bool {
	return name != "" && s[min(len(name), len(s)-1)]>>(name[0]%32)&1 != 0
}

// lay lays a request out for the library as net/http serves it, with those headers.
func (g *Gate) lay(call *abi.Call, r *http.Request, headers *headerSet) {
	target := r.RequestURI
	if target == "" && r.URL != nil {
		// A request that no server has read.
		target = r.URL.RequestURI()
	}
	scheme := g.options.scheme
	if r.TLS != nil {
		scheme = abi.HTTPS
	}
	call.Begin(r.Method, target, scheme, g.now())
	if address, usual := usualPeer(r.RemoteAddr); usual {
		call.IPv4(address)
	} else {
		call.Peer(peer(r.RemoteAddr))
	}
	said, others := r.Host == "", 0
	for name, values := range r.Header {
		if !headers.has(name) {
			others += len(values)
			continue
		}
		for _, value := range values {
			call.Line(name, value)
			// net/http takes the Host header away from an HTTP/1.1 request and leaves it in an HTTP/2 one, beside
			// :authority. Where they differ both are given: which of them the handler would believe is not known, so the
			// core refuses the two.
			said = said || name == "Host" && equalFold(value, r.Host)
		}
	}
	if !said {
		call.Line("Host", r.Host)
	}
	call.Others(others)
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

// usualPeer reads an IPv4 address and a port, which net/http writes for most connections, at a fraction of what netip takes;
// ok is false for whatever else it may be.
func usualPeer(remote string) (address uint32, ok bool) {
	at := 0
	for i := range 4 {
		value, begin := uint32(0), at
		// A zero before other digits is left to netip, which refuses it.
		for ; at < len(remote) && remote[at]-'0' <= 9 && (value > 0 || at == begin); at++ {
			if value = value*10 + uint32(remote[at]-'0'); value > 255 {
				return 0, false
			}
		}
		if at == begin || at == len(remote) || remote[at] != "...:"[i] {
			return 0, false
		}
		address = address<<8 | value
		at++
	}
	port, begin := uint(0), at
	for ; at < len(remote) && remote[at]-'0' <= 9; at++ {
		port = port*10 + uint(remote[at]-'0')
	}
	return address, at == len(remote) && at > begin && at <= begin+5 && port <= 65535
}

func (g *Gate) layRequest(call *abi.Call, request *Request, headers *headerSet) {
	scheme := abi.HTTP
	if request.TLS {
		scheme = abi.HTTPS
	}
	now := g.now()
	if request.Time != nil {
		now = seconds(*request.Time)
	}
	call.Begin(request.Method, request.Target, scheme, now)
	call.Peer(request.Peer)
	others := 0
	for _, line := range request.Header {
		if headers.has(line.Name) {
			call.Line(line.Name, line.Value)
		} else {
			others++
		}
	}
	call.Others(others)
}
