"""What becomes of requests and of what stood before them when the key that sealed it is lost; `kecs keys lost` asks."""
