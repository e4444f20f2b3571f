#pragma once
// What a user got wrong, as a value: where it was, what was found, what is accepted.

#include <string>
#include <utility>
#include <variant>

#include "sim/core/check.hpp"

namespace dwell {

struct Error {
  std::string file;      ///< file or source of the input; empty when there is none
  std::string place;     ///< JSON pointer, line and column, or flag; empty when the whole file is meant
  std::string found;     ///< what was found
  std::string accepted;  ///< what is accepted

  /// One line: "file: place: found X; accepted: Y".
  [[nodiscard]] std::string message() const {
    std::string text;
    if (!file.empty()) text += file + ": ";
    if (!place.empty()) text += place + ": ";
    text += found;
    if (!accepted.empty()) text += "; accepted: " + accepted;
    return text;
  }
};

/// A value or an error. Reading the value of a failure, or the error of a success, is a defect: InvariantError.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& value() & { return demand(), std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return demand(), std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return demand(), std::get<0>(std::move(state_)); }
  [[nodiscard]] const Error& error() const {
    DWELL_DEMAND(!ok(), "read the error of a result that has none");
    return std::get<1>(state_);
  }

 private:
  void demand() const { DWELL_DEMAND(ok(), "read the value of a failed result: " + error().message()); }
  std::variant<T, Error> state_;
};

struct Nothing {};
using Status = Result<Nothing>;
inline Status success() { return Nothing{}; }

}  // namespace dwell
