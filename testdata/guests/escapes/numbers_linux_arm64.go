package main

// otherNumbers is where no number is.
const otherNumbers = 0x40000000
