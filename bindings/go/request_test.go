package doorward

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
)

// The short way reads what netip reads, or leaves it to netip.
func TestPeerIsWhatNetipReads(t *testing.T) {
	taken := 0
	same := func(remote string) {
		at, ok := usualPeer(remote)
		if !ok {
			return
		}
		taken++
		if long, err := netip.ParseAddrPort(remote); err != nil || long.Addr() != netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, at))) {
			t.Errorf("%q: %v, netip: %v %v", remote, at, long, err)
		}
	}
	for _, remote := range []string{"203.0.113.9:51234", "0.0.0.0:0", "255.255.255.255:65535", "127.0.0.1:00080"} {
		same(remote)
	}
	if taken != 4 {
		t.Error("the usual ones are not read:", taken)
	}
	for _, remote := range []string{"", "@", "[::1]:80", "1.2.3.4", "1.2.3:4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.256:1",
		"01.2.3.4:1", "1.2.3.4.5:1", "1.2.3.4:1 ", " 1.2.3.4:1", "1.2.3.4:+1", "1..3.4:1", "1.2.3.4:000001", "1.2.3.4%e:1"} {
		if at, ok := usualPeer(remote); ok {
			t.Errorf("%q: %v", remote, at)
		}
	}
	const alphabet = "0123456789.:+[]%a "
	for range 200_000 {
		remote := []byte("203.0.113.9:51234")
		for range 1 + rand.IntN(3) {
			remote[rand.IntN(len(remote))] = alphabet[rand.IntN(len(alphabet))]
		}
		same(string(remote[:len(remote)-rand.IntN(3)]))
	}
	if taken < 10_000 {
		t.Error("too few were read:", taken)
	}
}
