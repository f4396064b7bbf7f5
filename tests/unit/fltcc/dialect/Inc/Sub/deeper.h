#define NESTED 3 \

