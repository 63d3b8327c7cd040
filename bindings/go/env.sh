# Sourced from the root of the checkout: the go command with everything it fetches under build/go.
GOMODCACHE=$PWD/build/go/mod
GOCACHE=$PWD/build/go/cache
GOFLAGS='-modcacherw -buildvcs=false'
GOTOOLCHAIN=local
CGO_ENABLED=1
export GOMODCACHE GOCACHE GOFLAGS GOTOOLCHAIN CGO_ENABLED
