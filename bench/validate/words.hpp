#pragma once
// What people call events, carriers and systems in their logs.

#include <string_view>

#include "bench/validate/click.hpp"

namespace dwell::validate {

/// "SKT", "SK Telecom", "KT mobile", "LG U+", "MVNO" …, in any case; others are `other`, nothing is `unknown`.
Carrier carrier_of(std::string_view name);
std::string_view carrier_name(Carrier carrier);
/// "android…", "ios", "iphone…"; others are `other`, nothing is `unknown`.
System system_of(std::string_view name);

bool same_word(std::string_view a, std::string_view b);

}  // namespace dwell::validate
