package knowledge

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"syscall"
)

// errBarred is what a connection to a barred address fails with.
var errBarred = errors.New("link-local and metadata addresses are barred")

// metadata are the addresses under which clouds hand out the keys of a machine,
// beside the link-local ones: of Azure, Alibaba, Oracle, and of Amazon's IPv6.
var metadata = []netip.Addr{
	netip.MustParseAddr("168.63.129.16"), netip.MustParseAddr("100.100.100.200"),
	netip.MustParseAddr("192.0.0.192"), netip.MustParseAddr("fd00:ec2::254"),
}

// BarredHost says whether no setting may name this host, because it is nothing
// but a machine's own services: a link-local, metadata or unspecified address, a
// name of such, or a number that some programs take for an address.
func BarredHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return barredAddress(ip)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" || strings.HasPrefix(last, "0x") || strings.Trim(last, "0123456789") == "" { // 2852039166, 0xa9.0xfe.0xa9.0xfe
		return true
	}
	return host == "metadata" || host == "instance-data" || strings.HasPrefix(host, "metadata.") || strings.HasSuffix(host, ".metadata")
}

func barredAddress(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || slices.Contains(metadata, ip)
}

// refuseBarred is for a dialer: it sees the address itself, after every name has
// been looked up, so that a name can't lead where no address may.
func refuseBarred(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(host); err != nil || barredAddress(ip) {
		return errBarred
	}
	return nil
}
