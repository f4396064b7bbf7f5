/* What the test drivers tell their loader instead of a driver object. */
struct answer {
    int counter, helper, sent, logged, deleted;
    void *own_send;
};
