# openapi.json → a C file of the library api. Made anew when the text changes.
set(openapi_text ${CMAKE_SOURCE_DIR}/src/api/openapi.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${openapi_text})
file(READ ${openapi_text} openapi_hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])" "\\1\n" openapi_bytes "${openapi_hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," openapi_bytes "${openapi_bytes}")
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/openapi_json.c CONTENT
  "#include \"api/openapi.h\"\nconst char openapi_json[] = {\n${openapi_bytes}};\nconst size_t openapi_json_bytes = sizeof openapi_json;\n")
target_sources(tandem_api PRIVATE ${CMAKE_BINARY_DIR}/generated/openapi_json.c)
