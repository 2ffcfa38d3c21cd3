"""What people ask most, how to reach a person, and how accessible the portal is: pages for everybody, about nobody."""
