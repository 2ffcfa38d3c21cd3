"""Who was affected by a breach, and what of them, in minutes; `kecs breach` prints it. docs/runbooks/breach.md"""
