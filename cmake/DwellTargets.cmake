# One place for what every target shares: language level, warnings, determinism flags, sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the tree are cached as relative ones, so that a second clone finds what the first has built.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    "${CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CMAKE_CXX_COMPILER_LAUNCHER}")
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Boost REQUIRED COMPONENTS program_options)
if(DWELL_TBB)
  find_package(TBB REQUIRED)
endif()

add_library(dwell_flags INTERFACE)
target_include_directories(dwell_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(dwell_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  # Results must not depend on whether the compiler fuses a multiply and an add.
  -ffp-contract=off)
if(DWELL_SANITIZE)
  target_compile_options(dwell_flags INTERFACE -fsanitize=${DWELL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dwell_flags INTERFACE -fsanitize=${DWELL_SANITIZE})
endif()

# dwell_library(name SOURCES a.cpp … USES other …): one library per folder. A folder without sources is header-only.
function(dwell_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC dwell_flags ${ARG_USES})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE dwell_flags ${ARG_USES})
  endif()
endfunction()
