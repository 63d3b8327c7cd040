module github.com/doorward/doorward/bindings/go

go 1.25.0
