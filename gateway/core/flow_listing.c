/* flow_listing.c - finding a flow's listing. */
#include "core/flow_listing.h"

const struct flow_listing *flow_listing_of(unsigned flow, unsigned question)
{
    const struct flow *found = flow_find(flow);

    if (found == NULL || found->listing == NULL || found->listing->question != question)
        return NULL;
    return found->listing;
}
