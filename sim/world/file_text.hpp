#pragma once

#include <string>

#include "sim/core/result.hpp"

namespace dwell::world {

/// The whole of a regular file or pipe. Errors: absent, a folder, not readable, larger than 4 MiB.
Result<std::string> read_text_file(const std::string& path);

}  // namespace dwell::world
