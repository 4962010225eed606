"""HTTP below the views: request checks, cookies, headers, addresses, pagination."""
