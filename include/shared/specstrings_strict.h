#include "specstrings.h"
