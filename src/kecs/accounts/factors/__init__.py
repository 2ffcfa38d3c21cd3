"""Second factors: authenticator apps, passkeys, recovery codes; signing in again for risky acts; the staff gate."""
