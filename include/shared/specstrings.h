/* The older home of the annotations. */
#ifndef SPECSTRINGS_H
#define SPECSTRINGS_H
#include "sal.h"
#include "driverspecs.h"
#endif
