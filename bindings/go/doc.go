// Package doorward decides whether a request or a WebSocket upgrade may come in, before it does.
//
//	request bytes → host → origin → credential → token → claims → Allow(who) | Deny(why)
//
// A [Gate] is made once from a policy document and asked for each request. As middleware it is one line:
//
//	gate, err := doorward.Open("policy.toml")
//	…
//	http.ListenAndServe("127.0.0.1:8080", gate.Handler(mux))
//
// A denial is a value: [Decision] says who came in or why not, with a [Reason] that has a stable number and
// name. An error says that there is no answer: the calling program is wrong (reasons 1xxx) or something that
// is needed cannot be reached (9xxx). Never report it as a denial; its status is 500 or 503.
//
// The peer learns the class of a reason only, the log gets the reason.
//
// Rules are decided by one core in Rust, the same for every language; this package carries requests there
// and answers back, with one C call a decision. It needs cgo and the library, see the README.
package doorward
