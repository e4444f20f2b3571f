#pragma once
// The one column table: every topic and every column, with meaning, unit and sentinel. Rows, batches, row views, the
// schema's documentation and its digest are all generated from here.
//
//   X(kind, type, name, unit, sentinel, meaning)
//   kind `moment` marks times, which detectors see shifted by a whole number of weeks; `plain` is everything else.

#include <cstdint>

// clang-format off
#define DWELL_ACCESS_COLUMNS(X)                                                                                         \
  X(moment, std::int64_t,  time_us,         "us",   "",          "when the gateway received the request")                \
  X(moment, std::int64_t,  ingest_us,       "us",   "",          "when the log row arrived; a batch holds rows by this") \
  X(moment, std::int64_t,  token_issued_us, "us",   "",          "when the token says it was issued")                    \
  X(plain,  std::uint64_t, token,           "id",   "0 none",    "token presented, as an opaque hash")                   \
  X(plain,  std::uint32_t, member,          "id",   "",          "member the token names; may name nobody")              \
  X(plain,  std::uint32_t, source,          "IPv4", "0 none",    "source address")                                       \
  X(plain,  std::uint32_t, key,             "id",   "0 none",    "key that signed the token")                            \
  X(plain,  std::uint16_t, network,         "id",   "",          "autonomous system of the source")                      \
  X(plain,  std::uint16_t, country,         "id",   "",          "country of the source")                                \
  X(plain,  std::uint16_t, status,          "HTTP", "",          "what the gateway answered")                           \
  X(plain,  std::uint16_t, records,         "count","",          "records returned; 0 for a member who does not exist")  \
  X(plain,  std::uint8_t,  page,            "enum", "",          "page or operation")                                   \
  X(plain,  std::uint8_t,  client,          "enum", "",          "kind of client")                                      \
  X(plain,  std::uint8_t,  log_lines,       "count","",          "log lines this request fanned out to")

#define DWELL_AUTH_COLUMNS(X)                                                                                           \
  X(moment, std::int64_t,  time_us,   "us",   "",       "when the event happened")                                       \
  X(moment, std::int64_t,  ingest_us, "us",   "",       "when the log row arrived")                                      \
  X(plain,  std::uint64_t, token,     "id",   "0 none", "token issued, as an opaque hash; 0 for a failed login")         \
  X(plain,  std::uint32_t, member,    "id",   "",       "member; may name nobody in a failed login")                     \
  X(plain,  std::uint32_t, source,    "IPv4", "0 none", "source address")                                                \
  X(plain,  std::uint32_t, key,       "id",   "0 none", "key that signed the token")                                     \
  X(plain,  std::uint16_t, network,   "id",   "",       "autonomous system of the source")                               \
  X(plain,  std::uint16_t, country,   "id",   "",       "country of the source")                                         \
  X(plain,  std::uint8_t,  kind,      "enum", "",       "what happened")                                                \
  X(plain,  std::uint8_t,  client,    "enum", "",       "kind of client")

#define DWELL_KEYS_COLUMNS(X)                                                                                           \
  X(moment, std::int64_t,  time_us,       "us",   "",          "when it happened; long before the run for the inventory") \
  X(moment, std::int64_t,  ingest_us,     "us",   "",          "when the record arrived")                               \
  X(plain,  std::uint32_t, key,           "id",   "",          "key")                                                   \
  X(plain,  std::uint32_t, owner,         "id",   "0 nobody",  "staff number of the owner after the event")             \
  X(plain,  std::uint8_t,  kind,          "enum", "",          "what happened")                                         \
  X(plain,  std::uint8_t,  use,           "enum", "",          "what the key is for")

#define DWELL_WORKFORCE_COLUMNS(X)                                                                                      \
  X(moment, std::int64_t,  time_us,   "us",   "", "when it happened; may be before the run for people already gone")     \
  X(moment, std::int64_t,  ingest_us, "us",   "", "when the record arrived")                                             \
  X(plain,  std::uint32_t, staff,     "id",   "", "staff number")                                                        \
  X(plain,  std::uint8_t,  kind,      "enum", "", "what happened")

#define DWELL_AUDIT_COLUMNS(X)                                                                                          \
  X(moment, std::int64_t,  time_us,   "us",   "",       "when the internal read happened")                               \
  X(moment, std::int64_t,  ingest_us, "us",   "",       "when the record arrived")                                       \
  X(plain,  std::uint64_t, token,     "id",   "0 none", "service token used")                                            \
  X(plain,  std::uint32_t, agent,     "id",   "0 none", "support agent, or 0 for a batch job")                           \
  X(plain,  std::uint32_t, member,    "id",   "",       "member whose data was read")                                    \
  X(plain,  std::uint32_t, key,       "id",   "",       "service key used")                                              \
  X(plain,  std::uint32_t, ticket,    "id",   "0 none", "ticket the read was made for")

#define DWELL_COMPLAINTS_COLUMNS(X)                                                                                     \
  X(moment, std::int64_t,  time_us,   "us", "",         "when the customer reported")                                    \
  X(moment, std::int64_t,  ingest_us, "us", "",         "when the record arrived")                                       \
  X(plain,  std::uint32_t, member,    "id", "",         "member who complains")                                          \
  X(plain,  std::uint8_t,  kind,      "enum", "",       "what was reported")

#define DWELL_DECEPTION_COLUMNS(X)                                                                                      \
  X(moment, std::int64_t,  time_us,   "us", "",         "when the honey account was planted")                            \
  X(moment, std::int64_t,  ingest_us, "us", "",         "when the record arrived")                                       \
  X(plain,  std::uint32_t, member,    "id", "",         "member id of the honey account")

// topic enumerator, type stem, column list, meaning
#define DWELL_TOPICS(T)                                                                             \
  T(access,     Access,     DWELL_ACCESS_COLUMNS,     "gateway requests")                            \
  T(auth,       Auth,       DWELL_AUTH_COLUMNS,       "logins, refreshes and token issuance")        \
  T(keys,       Keys,       DWELL_KEYS_COLUMNS,       "key inventory and its changes")               \
  T(workforce,  Workforce,  DWELL_WORKFORCE_COLUMNS,  "staff who join, move, leave, are deprovisioned") \
  T(audit,      Audit,      DWELL_AUDIT_COLUMNS,      "second record of internal reads")             \
  T(complaints, Complaints, DWELL_COMPLAINTS_COLUMNS, "what customers report")                       \
  T(deception,  Deception,  DWELL_DECEPTION_COLUMNS,  "honey accounts planted")
// clang-format on

namespace dwell::telemetry {

enum class Topic : std::uint8_t { access, auth, keys, workforce, audit, complaints, deception };
inline constexpr std::uint32_t kTopics = 7;

enum class AuthKind : std::uint8_t { login, failed_login, refresh, service_issue };
/// `rotated`: another key took its place, or, of keys that keep their id, its secret was renewed. `used`: the last use
/// the issuer or the owner of the resource recorded on a day; forged tokens leave none. `leaked`: found in public.
enum class KeyEvent : std::uint8_t { created, rotated, revoked, owner_changed, used, leaked };
enum class KeyUse : std::uint8_t { token_signing, service, partner, support, database, cloud_role };
enum class StaffEvent : std::uint8_t { joined, moved, left, deprovisioned };
enum class ComplaintKind : std::uint8_t { threatening_mail, phishing, other };

inline constexpr std::uint16_t kStatusOk = 200;
inline constexpr std::uint16_t kStatusRefused = 401;
inline constexpr std::uint16_t kStatusForbidden = 403;
inline constexpr std::uint16_t kStatusBlocked = 429;

}  // namespace dwell::telemetry
