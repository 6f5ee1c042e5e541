"""One script per version, never changed once released."""
