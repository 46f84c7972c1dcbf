"""The base of every other package: tenancy, paging, money, partitions, errors, HTTP. Imports none of them."""
