"""The built-in strategies. Each is a frozen dataclass: its fields are its parameters, its `decide` is pure."""
