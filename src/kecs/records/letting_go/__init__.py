"""What becomes of sealed facts, images and digests whose key is lost; `kecs keys lost` asks. docs/runbooks/keys.md"""
