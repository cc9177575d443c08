package main

// otherNumbers is where the numbers of x32 begin.
const otherNumbers = 0x40000000
