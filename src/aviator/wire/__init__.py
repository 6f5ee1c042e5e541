"""How events travel: the topic table, the codec, a worker's end of the pipe and the engine's event bus."""
