module fundwatch

go 1.25.0
