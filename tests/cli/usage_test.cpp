#include "child.hpp"
