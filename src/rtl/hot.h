/* OFM_HOT marks what every operation runs through. The compiler puts it into one section: an operation touches a few pages of code instead
 * of one a function, and each page costs a walk of the page tables after every system call where the kernel has an address space of its own. */
#ifndef OFM_RTL_HOT_H
#define OFM_RTL_HOT_H

#define OFM_HOT __attribute__((hot))

#endif
