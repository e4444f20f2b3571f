#pragma once
// How the processes of detectors are started, and where what they need lies.

#include <string>

#include "detectors/hosts/child_process.hpp"

namespace dwell::hosts {

/// The program that holds a shared library: beside this program, or where it was built.
Launch library_host();
/// The interpreter with our package, confined by the same program: $DWELL_PYTHON, /usr/bin/python3, or that of
/// /usr/local/bin.
Launch python_host();
/// The folder of the Python package.
std::string python_package();

}  // namespace dwell::hosts
