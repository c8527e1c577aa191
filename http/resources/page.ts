/**
 * What the API answers to a list.
 *
 * @module
 */

/** One page of a list. */
export interface PageResource<Item> {
  /** The items, at most `limit`. */
  readonly items: readonly Item[];
  /** The `cursor` of the next page; `null` at the end. */
  readonly nextCursor: string | null;
}

/** A page with every item shown. */
export function toPageResource<Item, Resource>(
  page: PageResource<Item>,
  show: (item: Item) => Resource,
): PageResource<Resource> {
  return { items: page.items.map(show), nextCursor: page.nextCursor };
}
