// One row of the table of embedded files; FILE names it relative to this folder. No include guard: it is included once a file.
{
    FILE,
    (const unsigned char[]){
#embed FILE
    },
    sizeof((const unsigned char[]){
#embed FILE
    })
},
#undef FILE
