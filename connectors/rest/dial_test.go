package rest

import "testing"

func TestAddressesOfNoBusinessSystemAreNotDialled(t *testing.T) {
	for address, dialled := range map[string]bool{
		"169.254.169.254:80": false, "[fe80::1]:443": false, "0.0.0.0:80": false, "[::]:80": false, "224.0.0.1:80": false, "[::ffff:169.254.169.254]:80": false,
		"127.0.0.1:80": true, "[::1]:80": true, "10.1.2.3:443": true, "192.0.2.7:443": true,
	} {
		if err := outside("tcp", address, nil); (err == nil) != dialled {
			t.Errorf("%s: %v", address, err)
		}
	}
}
