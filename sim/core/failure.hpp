#pragma once
// An exception in words for people.

#include <exception>
#include <new>
#include <string>
#include <string_view>

namespace dwell {

/// What an exception says. One that says only that memory ran out says what would help as well: `remedy`, such as "a
/// smaller scale needs less"; empty: nobody knows.
inline std::string failure_text(const std::exception& error, std::string_view remedy) {
  if (dynamic_cast<const std::bad_alloc*>(&error) == nullptr) return error.what();
  return remedy.empty() ? "out of memory" : "out of memory; " + std::string(remedy);
}

}  // namespace dwell
