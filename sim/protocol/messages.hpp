#pragma once
// What processes say to each other. Everything outside the shards (support desk, batch jobs, bots, adversaries) reaches
// members only through these messages, so an attack has no private code path to be recognised by.

#include <cstdint>

#include "sim/core/ids.hpp"
#include "sim/core/random.hpp"
#include "sim/core/time.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/protocol/segments.hpp"

namespace dwell::protocol {

/// Kernel priorities of the platform's events: at equal times smaller is handled first.
enum class Priority : unsigned {
  key_change = 1,  ///< body KeyChange: every gateway's key cache
  calendar = 2,    ///< a process's own timers
  request = 4,     ///< body Request
  login = 5,       ///< body LoginAttempt
  visit = 6,       ///< body Visit
  run = 7,         ///< body Run
  answer = 8,      ///< body Answer, to the process that asked
  report = 9,      ///< body Report, to the complaints desk
};

/// Who presents what to the gateway: a subscriber line, its place and its client.
struct Subscriber {
  SourceId source;
  NetworkId network;
  CountryId country;
  Client client = Client::android;
};

/// Nobody, where a process may be named.
inline constexpr ProcessId kNoProcess{UINT32_MAX};

/// One request to the gateway of the shard that owns `member`, arriving when the event is due. 64 bytes at most.
struct Request {
  MemberId member;
  Origin origin;
  Subscriber from;
  Page page = Page::home;
  bool issued = false;             ///< whether the issuance log is to record this token (first use of an issued token)
  std::uint16_t most_records = 1;  ///< records asked for (an address list returns fewer when there are fewer)
  KeyId key;                       ///< key that signed the token
  ProcessId answer_to = kNoProcess;  ///< who is told of the answer, one lookahead later; usually nobody
  TokenId token;
  Time token_issued;  ///< as the token claims
};

/// What a request brought, for a sender who asked to be told.
struct Answer {
  MemberId member;
  Page page = Page::home;
  std::uint16_t records = 0;
};

/// How data of a customer that left the platform is used against her.
enum class Misuse : std::uint8_t { threatening_mail, phishing };

/// A customer reports misuse of her data, when the event is due.
struct Report {
  MemberId member;
  Origin origin;
  Misuse misuse = Misuse::phishing;
};

/// A run of requests for public pages in the name of one id, without a token, at independent uniform moments of
/// [arrival, arrival + span). One message, so that a crawler's request costs what a member's page does. The shard draws
/// them: bits of request i are word i mod 4 of the wide block (seed, member, kRunDraw, number, i / 4).
struct Run {
  MemberId member;
  Origin origin;
  Subscriber from;
  std::uint32_t requests = 0;
  Page pages[3] = {};           ///< what is asked for; none of them member data
  std::uint16_t below[2] = {};  ///< of 65,536: the first page is asked for below the one, the second below the other
  std::uint64_t number = 0;     ///< of this run among all for its member; keys the draws
  Duration span;
};
inline constexpr Purpose kRunDraw = purpose("run.request");

/// What the bits of a request in a run say: from the top the moment, in the low halfword the page. Bits 16 to 31 are
/// left to the receiver.
struct RunRequest {
  Duration after;
  Page page;
};
inline RunRequest run_request(const Run& run, std::uint64_t bits) {
  __extension__ using Wide = unsigned __int128;
  const auto after = static_cast<std::int64_t>(static_cast<Wide>(bits) * static_cast<std::uint64_t>(run.span.us) >> 64);
  const std::uint32_t choice = bits & 0xffffU;
  return {{after}, run.pages[(choice >= run.below[0] ? 1 : 0) + (choice >= run.below[1] ? 1 : 0)]};
}

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
  KeyUse use = KeyUse::token_signing;
};

/// An attempt to log in with a password, as credential stuffing makes them. The shard answers as to anybody.
struct LoginAttempt {
  MemberId member;
  Origin origin;
  Subscriber from;
  bool correct = false;  ///< whether the password is right; a session may follow as Requests of the sender
};

}  // namespace dwell::protocol
