#pragma once
// Words that messages and telemetry share. Values are stable: they appear in telemetry.

#include <array>
#include <cstdint>
#include <string_view>

namespace dwell {

/// Pages and operations of the gateway.
enum class Page : std::uint8_t {
  // the page chain of an ordinary session
  home,
  search,
  pdp,
  cart,
  checkout,
  done,
  mypage,
  profile,
  address,
  // what an ordinary session counts to address and mypage
  address_edit,
  order_list
};
inline constexpr std::uint32_t kPages = 11;
inline constexpr std::array<std::string_view, kPages> kPageNames = {
    "home", "search", "pdp", "cart", "checkout", "done", "mypage", "profile", "address", "address-edit", "order-list"};

/// Pages that return member data.
constexpr bool is_member_data(Page page) { return page >= Page::mypage; }

/// Kind of client that sends a request.
enum class Client : std::uint8_t { android, ios, desktop, service, script };
inline constexpr std::uint32_t kClients = 5;
inline constexpr std::array<std::string_view, kClients> kClientNames = {"android", "ios", "desktop", "service",
                                                                        "script"};

}  // namespace dwell
