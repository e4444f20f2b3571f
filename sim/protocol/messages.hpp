#pragma once
// What processes say to each other. Everything outside the shards (support desk, batch jobs, bots, adversaries) reaches
// members only through these messages, so an attack has no private code path to be recognised by.

#include <cstdint>

#include "sim/core/ids.hpp"
#include "sim/core/time.hpp"
#include "sim/core/vocabulary.hpp"

namespace dwell::protocol {

/// Kernel priorities of the platform's events: at equal times smaller is handled first.
enum class Priority : unsigned {
  key_change = 1,  ///< body KeyChange: every gateway's key cache
  calendar = 2,    ///< a process's own timers
  request = 4,     ///< body Request
  login = 5,       ///< body LoginAttempt
  visit = 6,       ///< body Visit
};

/// Who presents what to the gateway: a subscriber line, its place and its client.
struct Subscriber {
  SourceId source;
  NetworkId network;
  CountryId country;
  Client client = Client::android;
};

/// One request to the gateway of the shard that owns `member`, arriving when the event is due. 64 bytes at most.
struct Request {
  MemberId member;
  Origin origin;
  Subscriber from;
  Page page = Page::home;
  bool issued = false;             ///< whether the issuance log is to record this token (first use of an issued token)
  std::uint16_t most_records = 1;  ///< records asked for (an address list returns fewer when there are fewer)
  KeyId key;                       ///< key that signed the token
  TokenId token;
  Time token_issued;  ///< as the token claims
};

/// An ordinary member of the receiving shard opens the app once more than the background has it; the shard chooses the
/// member in proportion to how often members visit, and draws the session as it draws all others.
struct Visit {
  std::uint32_t ordinal = 0;  ///< of this visit at its sender; keys the draws
  Origin origin;
};

/// A key was created, retired or changed hands; reaches every gateway.
struct KeyChange {
  enum class Kind : std::uint8_t { created, rotated, revoked, owner_changed };
  KeyId key;
  Kind kind = Kind::created;
  StaffId owner;
};

/// An attempt to log in with a password, as credential stuffing makes them. The shard answers as to anybody.
struct LoginAttempt {
  MemberId member;
  Origin origin;
  Subscriber from;
  bool correct = false;  ///< whether the password is right; a session may follow as Requests of the sender
};

}  // namespace dwell::protocol
