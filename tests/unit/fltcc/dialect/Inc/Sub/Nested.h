#pragma once
#include "..\types.H"
#include "DEEPER.h"
