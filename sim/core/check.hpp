#pragma once
// Three kinds of failure, by name:
//   DWELL_ASSERT  a programmer's assumption; checked in debug and sanitizer builds only;
//   DWELL_DEMAND  an invariant that is always checked; throws InvariantError;
//   Result<T>     (result.hpp) what a user or the outside world got wrong.

#include <cassert>
#include <stdexcept>
#include <string>

namespace dwell {

/// An always-on invariant did not hold: a defect of Dwell or of a model built on it.
class InvariantError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void fail_demand(const char* condition, const char* file, int line, const std::string& message) {
  throw InvariantError(message + " (" + condition + " at " + file + ":" + std::to_string(line) + ")");
}

}  // namespace dwell

#define DWELL_ASSERT(condition) assert(condition)
#define DWELL_DEMAND(condition, message)                               \
  do {                                                                 \
    if (!(condition)) [[unlikely]]                                     \
      ::dwell::fail_demand(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
