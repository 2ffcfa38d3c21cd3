"""What each process of the portal may do in PostgreSQL: `kecs database roles` grants it. docs/adr/0031-database-roles.md"""
