#include "sim/telemetry/enumerations.hpp"

#include <array>
#include <cstddef>

#include "sim/core/vocabulary.hpp"
#include "sim/telemetry/columns.hpp"

namespace dwell::telemetry {
namespace {

struct Words {
  std::string_view name, meaning;
};

// Switches, so that the compiler misses the enumerator that has no words.

constexpr std::string_view meaning_of(Page page) {
  switch (page) {
    case Page::home:
    case Page::search:
    case Page::cart:
    case Page::checkout:
      return "";
    case Page::pdp:
      return "page of a product";
    case Page::done:
      return "order placed";
    case Page::mypage:
      return "overview of the member's account";
    case Page::profile:
      return "name, e-mail, phone";
    case Page::address:
      return "list of delivery addresses";
    case Page::address_edit:
      return "one delivery address, to change it";
    case Page::order_list:
      return "past orders";
  }
  return "";
}

constexpr Words words_of(Page page) {
  const auto at = static_cast<std::size_t>(page);
  return at < kPages ? Words{kPageNames[at], meaning_of(page)} : Words{};
}

constexpr Words words_of(Client client) {
  const auto at = static_cast<std::size_t>(client);
  return at < kClients ? Words{kClientNames[at], ""} : Words{};
}

constexpr Words words_of(AuthKind kind) {
  switch (kind) {
    case AuthKind::login:
      return {"login", ""};
    case AuthKind::failed_login:
      return {"failed_login", ""};
    case AuthKind::refresh:
      return {"refresh", "a token in place of one that ran out"};
    case AuthKind::service_issue:
      return {"service_issue", "a token for a service, a job or the support desk"};
  }
  return {};
}

constexpr Words words_of(KeyEvent event) {
  switch (event) {
    case KeyEvent::created:
      return {"created", ""};
    case KeyEvent::rotated:
      return {"rotated", "another key, or another secret, in its place"};
    case KeyEvent::revoked:
      return {"revoked", ""};
    case KeyEvent::owner_changed:
      return {"owner_changed", ""};
    case KeyEvent::used:
      return {"used", "last use of a day that its issuer recorded"};
    case KeyEvent::leaked:
      return {"leaked", "found in public"};
  }
  return {};
}

constexpr Words words_of(KeyUse use) {
  switch (use) {
    case KeyUse::token_signing:
      return {"token_signing", "tokens of members"};
    case KeyUse::service:
      return {"service", "exports and jobs"};
    case KeyUse::partner:
      return {"partner", ""};
    case KeyUse::support:
      return {"support", ""};
    case KeyUse::database:
      return {"database", ""};
    case KeyUse::cloud_role:
      return {"cloud_role", ""};
  }
  return {};
}

constexpr Words words_of(StaffEvent event) {
  switch (event) {
    case StaffEvent::joined:
      return {"joined", ""};
    case StaffEvent::moved:
      return {"moved", "to another team"};
    case StaffEvent::left:
      return {"left", ""};
    case StaffEvent::deprovisioned:
      return {"deprovisioned", "access taken away"};
  }
  return {};
}

constexpr Words words_of(ComplaintKind kind) {
  switch (kind) {
    case ComplaintKind::threatening_mail:
      return {"threatening_mail", ""};
    case ComplaintKind::phishing:
      return {"phishing", ""};
    case ComplaintKind::other:
      return {"other", ""};
  }
  return {};
}

template <class Enum>
constexpr std::size_t count_of() {
  std::size_t count = 0;
  while (!words_of(static_cast<Enum>(count)).name.empty()) ++count;
  return count;
}

template <class Enum>
constexpr auto list_of() {
  std::array<NamedValue, count_of<Enum>()> list{};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Words words = words_of(static_cast<Enum>(i));
    list[i] = {static_cast<std::uint16_t>(i), words.name, words.meaning};
  }
  return list;
}

template <class Enum>
constexpr auto kValues = list_of<Enum>();

constexpr std::array kStatuses = {NamedValue{kStatusOk, "ok", ""},
                                  NamedValue{kStatusRefused, "refused", "the token is not taken"},
                                  NamedValue{kStatusForbidden, "forbidden", "not in the key's reach"},
                                  NamedValue{kStatusBlocked, "blocked", "by a rule"}};

struct Enumeration {
  std::string_view topic, column;
  std::span<const NamedValue> values;
};
constexpr std::array kEnumerations = {
    Enumeration{"access", "status", kStatuses},
    Enumeration{"access", "page", kValues<Page>},
    Enumeration{"access", "client", kValues<Client>},
    Enumeration{"auth", "kind", kValues<AuthKind>},
    Enumeration{"auth", "client", kValues<Client>},
    Enumeration{"keys", "kind", kValues<KeyEvent>},
    Enumeration{"keys", "use", kValues<KeyUse>},
    Enumeration{"workforce", "kind", kValues<StaffEvent>},
    Enumeration{"complaints", "kind", kValues<ComplaintKind>},
};

}  // namespace

std::span<const NamedValue> values_of(std::string_view topic, std::string_view column) {
  for (const Enumeration& each : kEnumerations) {
    if (each.topic == topic && each.column == column) return each.values;
  }
  return {};
}

}  // namespace dwell::telemetry
