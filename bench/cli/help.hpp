#pragma once

#include <string_view>

namespace dwell::cli {

/// The one page that teaches the command; no line over 80 columns.
std::string_view help_text();

}  // namespace dwell::cli
