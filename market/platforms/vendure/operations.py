"""What is asked of Vendure's admin API, by name: GraphQL texts. Pure.

Names say what a call does, for whoever reads the shop's log. Source: the schema of Vendure 3.7 (admin API).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One call. `is_safe`: it may be repeated without looking first, for it changes nothing or does harm to nothing."""

    name: str
    text: str
    is_safe: bool = False
    creates: bool = False

    @property
    def reads(self) -> bool:
        """Whether nothing at all comes of it."""
        return self.text.startswith("query")


_PRODUCT = """
fragment Whole on Product {
  id updatedAt name slug description enabled
  assets { id source }
  facetValues { id code facet { code } }
  variants { id sku enabled priceWithTax currencyCode stockLevels { stockLocationId stockOnHand stockAllocated } }
}
"""

LOG_IN = Operation(
    "LogIn",
    """mutation LogIn($name: String!, $password: String!) {
  login(username: $name, password: $password) { __typename ... on ErrorResult { errorCode } }
}""",
    is_safe=True,
)
READ_SHOP = Operation(
    "ReadShop",
    """query ReadShop($facet: String!) {
  activeChannel { defaultLanguageCode defaultCurrencyCode pricesIncludeTax }
  facets(options: { filter: { code: { eq: $facet } } }) { items { id code } }
}""",
    is_safe=True,
)
READ_CATEGORIES = Operation(
    "ReadCategories",
    """query ReadCategories($options: FacetValueListOptions!) {
  facetValues(options: $options) { totalItems items { id code name facet { code } } }
}""",
    is_safe=True,
)
READ_PRODUCT = Operation(
    "ReadProduct", "query ReadProduct($id: ID!) { product(id: $id) { ...Whole } }" + _PRODUCT, is_safe=True
)
READ_PRODUCTS = Operation(
    "ReadProducts",
    """query ReadProducts($options: ProductListOptions!) {
  products(options: $options) { totalItems items { ...Whole } }
}"""
    + _PRODUCT,
    is_safe=True,
)
CREATE_PRODUCT = Operation(
    "CreateProduct",
    "mutation CreateProduct($input: CreateProductInput!) { createProduct(input: $input) { ...Whole } }" + _PRODUCT,
    creates=True,
)
# One after the other: where nothing can be made to be sold, the product stays as it is.
CREATE_VARIANT = Operation(
    "CreateVariant",
    """mutation CreateVariant($input: CreateProductVariantInput!, $product: UpdateProductInput!) {
  createProductVariants(input: [$input]) { id }
  updateProduct(input: $product) { id }
}""",
    creates=True,
)
UPDATE_PRODUCT = Operation(
    "UpdateProduct",
    """mutation UpdateProduct($input: UpdateProductInput!, $variants: [UpdateProductVariantInput!]!) {
  updateProduct(input: $input) { id }
  updateProductVariants(input: $variants) { id }
}""",
)
UPDATE_VARIANT = Operation(
    "UpdateVariant",
    """mutation UpdateVariant($input: UpdateProductVariantInput!) {
  updateProductVariants(input: [$input]) { id }
}""",
)
DELETE_PRODUCT = Operation(
    "DeleteProduct", "mutation DeleteProduct($id: ID!) { deleteProduct(id: $id) { result message } }"
)
READ_NEEDED = Operation(
    "ReadNeeded",
    """query ReadNeeded(
  $stands: Boolean!, $values: FacetValueListOptions!, $shows: Boolean!, $photos: AssetListOptions!
) {
  facetValues(options: $values) @include(if: $stands) { items { id code facet { code } } }
  assets(options: $photos) @include(if: $shows) { items { id source } }
}""",
    is_safe=True,
)
# Once more is harmless: it is looked for by its digest, and a second copy of the same bytes is used by nobody.
CREATE_ASSET = Operation(
    "CreateAsset",
    """mutation CreateAsset($file: Upload!) {
  createAssets(input: [{ file: $file }]) { __typename ... on Asset { id source } ... on MimeTypeError { message } }
}""",
    is_safe=True,
)
READ_ORDERS = Operation(
    "ReadOrders",
    """query ReadOrders($options: OrderListOptions!) {
  orders(options: $options) {
    totalItems
    items {
      id code state orderPlacedAt updatedAt currencyCode shippingWithTax
      shippingAddress { fullName phoneNumber }
      payments { state }
      fulfillments { state }
      lines { quantity orderPlacedQuantity unitPriceWithTax productVariant { sku name } }
    }
  }
}""",
    is_safe=True,
)
