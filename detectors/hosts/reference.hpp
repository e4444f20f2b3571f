#pragma once
// What is typed after --detector for a detector from outside the tree:
//
//   ./libmine.so:name              a shared library; the name may be left out when it holds one detector
//   python:mydetector.py:MyClass   a class in a Python file
//   …:parameter=value,…            behind either, parameters that differ from their defaults

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/result.hpp"

namespace dwell::hosts {

enum class Kind { library, python };

struct Reference {
  Kind kind = Kind::library;
  std::string file;  ///< absolute
  std::string name;  ///< of the detector in it; may be empty for a library
  std::vector<std::pair<std::string, double>> parameters;
  std::string row;  ///< what its rows in results are called: as typed, without the folder, numbers as short as can be

  /// As typed again, with the absolute path: it means the same from any folder.
  [[nodiscard]] std::string absolute() const;
};

/// Whether it is meant for a detector outside: begins with "python:", holds a slash, or names a ".so".
bool is_outside(std::string_view typed);
/// Errors: no such file, no class, a parameter that is no number.
Result<Reference> parse_reference(const std::string& typed);

}  // namespace dwell::hosts
