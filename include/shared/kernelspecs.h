#include "driverspecs.h"
