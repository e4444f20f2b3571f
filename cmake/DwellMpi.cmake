# Looks for what ranks need. Sets DWELL_HAVE_MPI.
set(DWELL_MPI AUTO CACHE STRING "Build what runs on ranks (MPI and Boost.MPI): AUTO where they are found, ON, OFF")
set_property(CACHE DWELL_MPI PROPERTY STRINGS AUTO ON OFF)

set(DWELL_HAVE_MPI OFF)
if(DWELL_MPI)
  # The C++ bindings of MPI 2 are not used.
  set(MPI_CXX_SKIP_MPICXX ON)
  find_package(MPI QUIET COMPONENTS CXX)
  find_package(Boost QUIET OPTIONAL_COMPONENTS mpi serialization)
  if(MPI_CXX_FOUND AND TARGET Boost::mpi)
    set(DWELL_HAVE_MPI ON)
  elseif(NOT DWELL_MPI STREQUAL "AUTO")
    message(FATAL_ERROR "DWELL_MPI=${DWELL_MPI}, but MPI or Boost.MPI was not found (Debian: libboost-mpi-dev libopenmpi-dev openmpi-bin)")
  endif()
endif()
message(STATUS "Ranks (MPI): ${DWELL_HAVE_MPI}")
