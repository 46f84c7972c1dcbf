"""What every other package stands on: tenancy, paging, money, partitions, errors, HTTP. Imports none of them."""
