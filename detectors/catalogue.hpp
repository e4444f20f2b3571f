#pragma once
// The explicit list of every detector in the tree; adding one is a pair of files and one line in catalogue.cpp.

#include <span>
#include <string_view>

#include "detectors/api/detector.hpp"

namespace dwell::detect {

/// All detectors, then the controls.
std::span<const CatalogueEntry> catalogue();
/// An entry by name; the error lists up to three names that are near: a third of the letters differ (but two).
Result<const CatalogueEntry*> find_detector(std::string_view name);

}  // namespace dwell::detect
